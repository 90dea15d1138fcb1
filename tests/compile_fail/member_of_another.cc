// expect: field() takes a member of the described struct
#include "annex/schema/describe.h"

struct Other {
  std::string flour{};
};

struct Loaf {
  std::string flour{};
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Other::flour>("flour", "");
#else
    loaf.field<&Loaf::flour>("flour", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
