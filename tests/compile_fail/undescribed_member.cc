// expect: this type cannot be described
#include "annex/schema/describe.h"

struct Crust {
  std::string kind{};
};

struct Loaf {
  std::string flour{};
  Crust crust{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::crust>("crust", "");
#else
    loaf.field<&Loaf::flour>("flour", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
