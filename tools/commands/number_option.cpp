// Options that take a number: read strictly (CLI11 takes -1 for a large unsigned number), with a
// message that says what is allowed.
#include <charconv>
#include <string>

#include "tools/commands/command.hpp"
#include "tools/scenario/quote.hpp"

namespace souk::tool {

CLI::Option* add_number_option(CLI::App& command, const std::string& name,
                               std::function<void(std::uint64_t)> set, number_range range,
                               const std::string& description) {
  return command.add_option_function<std::string>(
      name,
      [name, set = std::move(set), range](const std::string& text) {
        std::uint64_t value = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc{} && stop == end && value >= range.least && value <= range.most) {
          set(value);
          return;
        }
        throw CLI::ValidationError(name, "expected an integer from " + std::to_string(range.least) +
                                             " to " + std::to_string(range.most) + ", found " +
                                             in_quotes(shortened(text)));
      },
      description);
}

}  // namespace souk::tool
