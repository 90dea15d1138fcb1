// expect: a raw pointer cannot be described
#include "annex/schema/describe.h"

struct Loaf {
  std::unique_ptr<Loaf> parent{};
  Loaf* next = nullptr;
  friend void describe(annex::schema::Object<Loaf>& loaf) {
#ifdef ANNEX_MUST_FAIL
    loaf.field<&Loaf::next>("next", "");
#else
    loaf.field<&Loaf::parent>("parent", "");
#endif
  }
};

annex::schema::TypeId use(annex::schema::TypeTable& table) {
  return annex::schema::describe_type<Loaf>(table, "com.example.v1.Loaf");
}
