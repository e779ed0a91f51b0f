// Any bytes as a scenario file: the loader answers with a scenario or with one line, and a scenario
// that it takes can be run: a few rounds here, since a scenario may run for ever.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/scenario/document.hpp"
#include "tools/scenario/interpreter.hpp"
#include "tools/scenario/load.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace souk::tool;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  try {
    const scenario program = parse_scenario(text, "fuzz.json");
    run_options options;
    options.seed = size;
    options.most_rounds = 6;
    if (canonical_text(run_scenario(program, options)).empty()) std::abort();
  } catch (const load_error& error) {
    const std::string_view message{error.what()};
    if (!message.starts_with("fuzz.json:") || message.find('\n') != std::string_view::npos) {
      std::abort();
    }
  }
  return 0;
}
