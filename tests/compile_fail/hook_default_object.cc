// expect: the hook default_object takes
// expect: the hook default_object takes
// expect: the hook default_object takes
// expect: the hook default_object takes
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // const
  void default_object(const Loaf&) const {}
#elif ANNEX_MUST_FAIL == 2  // a copy
  void default_object(Loaf) const {}
#elif ANNEX_MUST_FAIL == 3  // a result
  bool default_object(Loaf&) const { return true; }
#elif ANNEX_MUST_FAIL == 4  // one argument more
  void default_object(Loaf&, annex::FieldErrors&) const {}
#else
  void default_object(Loaf&) const noexcept {}
  void default_object(Crumb&) const {}
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
