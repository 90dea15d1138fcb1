// expect: list_set applies to lists
#include "annex/schema/describe.h"

struct Loaf {
  std::vector<std::uint8_t> seed{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::seed>("seed", "").list_set();
#else
    loaf.field<&Loaf::seed>("seed", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
