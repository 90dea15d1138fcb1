// Gives back what only the start of the process needed.
#pragma once

namespace annex::cli {

/// Returns free heap to the system, and lets go of program text and constants: what still
/// runs is mapped again when it is next called, what only start-up ran (reading configuration,
/// making certificates, preparing documents) is not. Once, when the server is ready; from any
/// thread. Does nothing where the system has no such calls.
void trim_memory();

}  // namespace annex::cli
