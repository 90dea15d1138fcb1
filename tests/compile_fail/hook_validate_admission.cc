// expect: the hook is annex::Result<void> validate_admission(Operation, const T* object,
// expect: the hook is annex::Result<void> validate_admission(Operation, const T* object,
// expect: the hook is annex::Result<void> validate_admission(Operation, const T* object,
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // what is about to be stored is not to be changed
  annex::Result<void> validate_admission(annex::Operation, Loaf*, const Loaf*) const { return {}; }
#elif ANNEX_MUST_FAIL == 2  // no result
  void validate_admission(annex::Operation, const Loaf*, const Loaf*) const {}
#elif ANNEX_MUST_FAIL == 3  // references, where there may be no object
  annex::Result<void> validate_admission(annex::Operation, const Loaf&, const Loaf&) const {
    return {};
  }
#else
  annex::Result<void> validate_admission(const annex::HookContext&, annex::Operation, const Loaf*,
                                         const Loaf*) const {
    return {};
  }
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
