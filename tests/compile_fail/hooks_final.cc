// expect: hooks are told by inheriting from their class: it must be a class that is not final
#include "loaf.h"

#ifdef ANNEX_MUST_FAIL
struct Hooks final {
#else
struct Hooks {
#endif
  void prepare_create(Loaf&) const {}
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
