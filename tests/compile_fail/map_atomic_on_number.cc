// expect: map_atomic applies to maps and objects
#include "annex/schema/describe.h"

struct Loaf {
  std::int32_t grams = 500;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::grams>("grams", "").map_atomic();
#else
    loaf.field<&Loaf::grams>("grams", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
