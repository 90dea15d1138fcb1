// expect: this type cannot be described
#include "annex/schema/describe.h"

struct Loaf {
  double ratio = 0;
  float precise = 0;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::precise>("precise", "");
#else
    loaf.field<&Loaf::ratio>("ratio", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
