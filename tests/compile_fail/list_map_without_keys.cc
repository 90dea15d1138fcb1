// expect: list_map needs the names of its keys
#include "annex/schema/describe.h"

struct Loaf {
  std::vector<std::string> tags{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::tags>("tags", "").list_map();
#else
    loaf.field<&Loaf::tags>("tags", "").list_set();
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
