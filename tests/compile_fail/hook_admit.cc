// expect: the hook is annex::Result<void> admit(Operation, T* object, const T* old)
// expect: the hook is annex::Result<void> admit(Operation, T* object, const T* old)
// expect: the hook is annex::Result<void> admit(Operation, T* object, const T* old)
// expect: the hook is annex::Result<void> admit(Operation, T* object, const T* old)
// expect: the hook is annex::Result<void> admit(Operation, T* object, const T* old)
// expect: the hook is annex::Result<void> admit(Operation, T* object, const T* old) OR is a private member
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // no operation
  annex::Result<void> admit(Loaf*, const Loaf*) const { return {}; }
#elif ANNEX_MUST_FAIL == 2  // references, where there may be no object
  annex::Result<void> admit(annex::Operation, Loaf&, const Loaf&) const { return {}; }
#elif ANNEX_MUST_FAIL == 3  // the old object is not to be changed
  annex::Result<void> admit(annex::Operation, Loaf*, Loaf*) const { return {}; }
#elif ANNEX_MUST_FAIL == 4  // no result
  void admit(annex::Operation, Loaf*, const Loaf*) const {}
#elif ANNEX_MUST_FAIL == 5  // whether there are objects, not which
  annex::Result<void> admit(annex::Operation, bool, bool) const { return {}; }
#elif ANNEX_MUST_FAIL == 6  // not to be called
 private:
  annex::Result<void> admit(annex::Operation, Loaf*, const Loaf*) const { return {}; }
#else
  annex::Result<void> admit(const annex::HookContext&, annex::Operation, Loaf*, const Loaf*) const {
    return {};
  }
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
