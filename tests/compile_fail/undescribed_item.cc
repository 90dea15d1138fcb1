// expect: this type cannot be described
#include "annex/schema/describe.h"

struct Loaf {
  std::vector<std::string> tags{};
  std::vector<unsigned> counts{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::counts>("counts", "");
#else
    loaf.field<&Loaf::tags>("tags", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
