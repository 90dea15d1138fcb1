// expect: to_hub takes a V, or a const V&, and returns the resource's hub struct
// expect: to_hub takes a V, or a const V&, and returns the resource's hub struct
// expect: from_hub takes the hub struct, or a const reference to it, and returns a V
// expect: from_hub takes the hub struct, or a const reference to it, and returns a V
#include "loaf.h"

struct OldLoaf {
  annex::meta::ObjectMeta metadata{};
  friend void describe(annex::schema::Object<OldLoaf>& loaf) {
    loaf.field<&OldLoaf::metadata>("metadata", "");
  }
};

#if ANNEX_MUST_FAIL == 1  // of another version
Loaf to_hub(const Crumb&) { return {}; }
#elif ANNEX_MUST_FAIL == 2  // no result
void to_hub(const OldLoaf&) {}
#else
Loaf to_hub(const OldLoaf&) { return {}; }
#endif

#if ANNEX_MUST_FAIL == 3  // the hub is not to be changed
OldLoaf from_hub(Loaf&) { return {}; }
#elif ANNEX_MUST_FAIL == 4  // into another version
Crumb from_hub(const Loaf&) { return {}; }
#else
OldLoaf from_hub(const Loaf&) { return {}; }
#endif

void use(annex::detail::ResourceDraft& draft) {
  annex::ResourceBuilder<Loaf, annex::NoHooks>(draft, std::make_shared<annex::NoHooks>())
      .version<OldLoaf>("v1", to_hub, from_hub);
}
