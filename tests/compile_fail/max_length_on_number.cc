// expect: max_length applies to strings
#include "annex/schema/describe.h"

struct Loaf {
  std::int32_t grams = 500;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::grams>("grams", "").max_length(9);
#else
    loaf.field<&Loaf::grams>("grams", "").maximum(9);
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
