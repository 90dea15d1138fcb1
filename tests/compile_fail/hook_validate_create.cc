// expect: the hook is void validate_create(const T&, FieldErrors&)
// expect: the hook is void validate_create(const T&, FieldErrors&)
// expect: the hook is void validate_create(const T&, FieldErrors&)
// expect: the hook is void validate_create(const T&, FieldErrors&)
// expect: the hook is void validate_create(const T&, FieldErrors&) OR is a private member
// expect: the hook is void validate_create(const T&, FieldErrors&)
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // an object that could be changed
  void validate_create(Loaf&, annex::FieldErrors&) const {}
#elif ANNEX_MUST_FAIL == 2  // another struct
  void validate_create(const Crumb&, annex::FieldErrors&) const {}
#elif ANNEX_MUST_FAIL == 3  // errors that nobody sees
  void validate_create(const Loaf&, annex::FieldErrors) const {}
#elif ANNEX_MUST_FAIL == 4  // a result
  bool validate_create(const Loaf&, annex::FieldErrors&) const { return true; }
#elif ANNEX_MUST_FAIL == 5  // not to be called
 private:
  void validate_create(const Loaf&, annex::FieldErrors&) const {}
#elif ANNEX_MUST_FAIL == 6  // overloads of which none fits
  void validate_create(const Loaf&) const {}
  void validate_create(int, int) const {}
#else
  void validate_create(const Loaf&, annex::FieldErrors&) const {}
  void validate_create(int, int) const {}
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
