// expect: the type needs a describe(annex::schema::Object<T>&)
#include "annex/schema/describe.h"

struct Loaf {
  std::string flour{};
#ifndef ANNEX_MUST_FAIL
  friend void describe(annex::schema::Object<Loaf>& loaf) { loaf.field<&Loaf::flour>("flour", ""); }
#endif
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
