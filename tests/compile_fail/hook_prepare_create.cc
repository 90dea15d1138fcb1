// expect: the hook is void prepare_create(T&)
// expect: the hook is void prepare_create(T&)
// expect: the hook is void prepare_create(T&)
// expect: the hook is void prepare_create(T&)
// expect: the hook is void prepare_create(T&) OR is a private member
// expect: the hook is void prepare_create(T&)
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // const
  void prepare_create(const Loaf&) const {}
#elif ANNEX_MUST_FAIL == 2  // a copy
  void prepare_create(Loaf) const {}
#elif ANNEX_MUST_FAIL == 3  // another struct
  void prepare_create(Crumb&) const {}
#elif ANNEX_MUST_FAIL == 4  // a result
  bool prepare_create(Loaf&) const { return true; }
#elif ANNEX_MUST_FAIL == 5  // not to be called
 private:
  void prepare_create(Loaf&) const {}
#elif ANNEX_MUST_FAIL == 6  // overloads of which none fits
  void prepare_create(Crumb&) const {}
  void prepare_create(Loaf&, int) const {}
#else
  void prepare_create(const annex::HookContext&, Loaf&) const {}
  void prepare_create(Crumb&) const {}
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
