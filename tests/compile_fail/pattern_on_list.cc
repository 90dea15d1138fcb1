// expect: pattern applies to strings
#include "annex/schema/describe.h"

struct Loaf {
  std::vector<std::string> tags{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::tags>("tags", "").pattern("x");
#else
    loaf.field<&Loaf::tags>("tags", "").min_items(1);
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
