// expect: references and unions cannot be described
#include "annex/schema/describe.h"

union Either {
  int number;
  bool flag;
};

struct Loaf {
  std::string flour{};
  Either either{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::either>("either", "");
#else
    loaf.partial().field<&Loaf::flour>("flour", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
