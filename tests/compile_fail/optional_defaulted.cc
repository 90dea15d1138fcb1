// expect: give defaulted(value)
#include "annex/schema/describe.h"

struct Loaf {
  std::optional<std::int32_t> slices{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::slices>("slices", "").defaulted();
#else
    loaf.field<&Loaf::slices>("slices", "").minimum(0);
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
