#include "cli/trim.h"

#ifdef __linux__
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace annex::cli {
namespace {

#ifdef __linux__
/// Text and constants are never written, so that dropping their pages loses nothing: the file has
/// them. (What the loader relocates is in segments that can be written.)
int drop_constant_pages(dl_phdr_info* object, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
    const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers.
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}
#endif

}  // namespace

void trim_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
#ifdef __linux__
  dl_iterate_phdr(drop_constant_pages, nullptr);
#endif
}

}  // namespace annex::cli
