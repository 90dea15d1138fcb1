// expect: the hook is void prepare_update(T&, const T& old)
// expect: the hook is void prepare_update(T&, const T& old)
// expect: the hook is void prepare_update(T&, const T& old)
// expect: the hook is void prepare_update(T&, const T& old)
// expect: the hook is void prepare_update(T&, const T& old)
// expect: the hook is void prepare_update(T&, const T& old) OR is a private member
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // const
  void prepare_update(const Loaf&, const Loaf&) const {}
#elif ANNEX_MUST_FAIL == 2  // the old object is not to be changed
  void prepare_update(Loaf&, Loaf&) const {}
#elif ANNEX_MUST_FAIL == 3  // a copy
  void prepare_update(Loaf, const Loaf&) const {}
#elif ANNEX_MUST_FAIL == 4  // the old object is missing
  void prepare_update(Loaf&) const {}
#elif ANNEX_MUST_FAIL == 5  // a result
  bool prepare_update(Loaf&, const Loaf&) const { return true; }
#elif ANNEX_MUST_FAIL == 6  // not to be called
 private:
  void prepare_update(Loaf&, const Loaf&) const {}
#else
  void prepare_update(Loaf&, const Loaf&) {}
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
