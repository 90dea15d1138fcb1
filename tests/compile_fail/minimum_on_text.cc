// expect: minimum applies to numbers
#include "annex/schema/describe.h"

struct Loaf {
  std::string flour{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::flour>("flour", "").minimum(1);
#else
    loaf.field<&Loaf::flour>("flour", "").min_length(1);
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
