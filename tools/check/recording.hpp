// A recorded run in a file: which program it was of, and its journal.
//
//     # program tests/conformance/scenarios/chat.json
//     # seed 0
//     vm
//     t 0 1 2
//     ...
#pragma once

#include <souk/journal.hpp>

#include <cstdint>
#include <string>

namespace souk::tool {

struct recording {
  std::string program;  ///< as find_program() takes it; a file by its absolute path
  std::uint64_t seed;
  journal log;
};

/// Throws std::runtime_error when the file cannot be written, and what journal::write() throws.
void write_recording(const std::string& file, const recording& made);
/// Throws std::runtime_error when the file cannot be read or is no recording.
[[nodiscard]] recording read_recording(const std::string& file);

}  // namespace souk::tool
