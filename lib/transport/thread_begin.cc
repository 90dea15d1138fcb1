#include "transport/thread_begin.h"

#include <pthread.h>

#include <csignal>

namespace annex::transport {

void begin_thread(const char* name) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), name);
}

}  // namespace annex::transport
