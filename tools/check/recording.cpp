#include "tools/check/recording.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "tools/scenario/quote.hpp"

namespace souk::tool {
namespace {

constexpr std::string_view program_line = "# program ";
constexpr std::string_view seed_line = "# seed ";
constexpr std::string_view example_line = "# example ";  // examples/recording.hpp

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw std::runtime_error{file + ": " + why};
}

/// The rest of the next line, which starts with `start`.
std::string rest_of_line(std::istream& in, std::string_view start, const std::string& file) {
  std::string line;
  if (std::getline(in, line) && line.starts_with(example_line)) {
    const std::string name = line.substr(example_line.size());
    refuse(file, "made by an example, which repeats it: ./run " + name.substr(0, name.find(' ')) +
                     " --replay " + file);
  }
  if (!line.starts_with(start)) {
    refuse(file, "not a recording: expected \"" + std::string{start} + "...\", found " +
                     in_quotes(shortened(line)) +
                     "; `souk run` and `souk check` make recordings with --record FILE");
  }
  return line.substr(start.size());
}

std::uint64_t seed_of(const std::string& text, const std::string& file) {
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc{} || stop != end)
    refuse(file, "expected a seed, found " + in_quotes(shortened(text)));
  return seed;
}

std::string lasting_name(const std::string& program) {
  return std::filesystem::exists(program) ? std::filesystem::absolute(program).string() : program;
}

}  // namespace

void write_recording(const std::string& file, const recording& made) {
  std::ofstream out{file};
  out << program_line << lasting_name(made.program) << '\n' << seed_line << made.seed << '\n';
  made.log.write(out);
  out.close();
  if (!out) refuse(file, std::string{"cannot be written: "} + std::strerror(errno));
}

recording read_recording(const std::string& file) {
  std::ifstream in{file};
  if (!in) refuse(file, std::string{"cannot be read: "} + std::strerror(errno));
  recording made;
  made.program = rest_of_line(in, program_line, file);
  made.seed = seed_of(rest_of_line(in, seed_line, file), file);
  in.seekg(0);  // the journal's reader passes over comments, and counts lines from the first
  try {
    made.log = journal::read(in);
  } catch (const journal_error& error) {
    refuse(file, error.what());
  }
  return made;
}

}  // namespace souk::tool
