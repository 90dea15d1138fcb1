// How every thread of the listener begins.
#pragma once

namespace annex::transport {

/// Names the calling thread, in up to 15 characters, and blocks all signals in it: they are the
/// program's affair; a broken pipe is an error of write() here and nothing more.
void begin_thread(const char* name);

}  // namespace annex::transport
