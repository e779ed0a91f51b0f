// The command line of the examples: where they listen, what their ground VM runs on, and whether
// its run is recorded, or is a recorded one.
#pragma once

#include <souk/souk.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

struct example_options {
  std::string name{};
  std::uint16_t port = 5999;  ///< 0: of one that listens nowhere
  souk::ground_options ground{};
  std::string record{};  ///< a file; empty: nothing is recorded
  std::string replay{};  ///< a file, made with --record; empty: nothing is repeated
  bool trace = false;
  std::optional<std::uint16_t> inspect{};  ///< the port of an inspector
  std::string programs{};                  ///< a folder, for the environment; empty: its own
};

enum class listens : bool { nowhere, on_a_port };

/// Reads arguments, and ends the program on those that it does not know.
class example_arguments {
 public:
  example_arguments(int argc, char** argv, std::string_view name, listens where)
      : rest_{argv + 1, argv + argc}, where_{where} {
    chosen_.name = name;
  }

  [[nodiscard]] example_options read() {
    for (at_ = 0; at_ < rest_.size(); ++at_) read_option(rest_[at_]);
    check();
    if (!chosen_.replay.empty()) read_recording();
    return chosen_;
  }

 private:
  void read_option(std::string_view option) {
    if (option == "--port" && where_ == listens::on_a_port) {
      chosen_.port = number(std::uint16_t{65535});
      is_port_given_ = true;
    } else if (option == "--workers") {
      chosen_.ground.workers = number(1024U);
    } else if (option == "--vm") {
      const std::string_view which = value();
      if (which != "functional" && which != "parallel") refuse("unknown arguments: ", option);
      chosen_.ground.kind =
          which == "parallel" ? souk::vm_kind::parallel : souk::vm_kind::functional;
      is_vm_given_ = true;
    } else if (option == "--programs" && chosen_.name == "environment") {
      chosen_.programs = file();
    } else if (option == "--inspect") {
      chosen_.inspect = number(std::uint16_t{65535}, std::uint16_t{0});
    } else if (option == "--record") {
      chosen_.record = file();
    } else if (option == "--replay") {
      chosen_.replay = file();
    } else if (option == "--until") {
      chosen_.ground.most_replayed = number(~std::uint64_t{0});
      is_replay_told_of_ = true;
    } else if (option == "--trace") {
      chosen_.trace = is_replay_told_of_ = true;
    } else {
      refuse("unknown arguments: ", option);
    }
  }

  void check() {
    if (where_ == listens::nowhere) chosen_.port = 0;
    const bool is_parallel = chosen_.ground.kind == souk::vm_kind::parallel;
    if (!chosen_.replay.empty()) {
      if (is_vm_given_ || is_port_given_ || chosen_.ground.workers != 0 ||
          !chosen_.record.empty() || chosen_.inspect)
        refuse(
            "a recorded run is repeated on the functional VM, without a port: leave out all but "
            "--replay, --until and --trace");
    } else if (is_replay_told_of_) {
      refuse("--until and --trace belong to --replay FILE");
    } else if (chosen_.ground.workers > 1 && !is_parallel) {
      refuse("the functional VM has one thread: add --vm parallel, or leave out --workers");
    } else if (!chosen_.record.empty() && !is_parallel) {
      refuse("only runs of the parallel VM are recorded: add --vm parallel");
    }
  }

  /// Which example made the recording, and with which port: its first line.
  void read_recording() {
    std::ifstream in{chosen_.replay};
    std::string hash;
    std::string what;
    std::string who;
    std::string option;
    if (!(in >> hash >> what >> who) || hash != "#" || (what != "example" && what != "program"))
      refuse("not a recording of an example: ", chosen_.replay);
    if (what == "program")
      refuse("made by the souk command, which repeats it: souk replay ", chosen_.replay);
    if (who != chosen_.name)
      refuse("made by the example " + who + ", which repeats it: ./run " + who + " --replay ",
             chosen_.replay);
    std::string rest;
    std::getline(in, rest);
    std::istringstream{rest} >> option >> chosen_.port;
  }

  [[nodiscard]] std::string_view value() { return ++at_ < rest_.size() ? rest_[at_] : ""; }
  [[nodiscard]] std::string_view file() {
    const std::string_view option = rest_[at_];
    const std::string_view name = value();
    if (name.empty()) refuse("no file after ", option);
    return name;
  }
  template <class Number>
  [[nodiscard]] Number number(Number most, Number least = 1) {
    const std::string_view text = value();
    Number n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || end != text.data() + text.size() || n < least || n > most)
      refuse("not a number from " + std::to_string(least) + " to " + std::to_string(most) + ": ",
             text);
    return n;
  }

  [[noreturn]] void refuse(std::string_view what, std::string_view found = "") const {
    std::cerr << chosen_.name << ": " << what << found << "\nusage: " << chosen_.name;
    if (where_ == listens::on_a_port) std::cerr << " [--port P]";
    if (chosen_.name == "environment") std::cerr << " [--programs DIR]";
    std::cerr << " [--vm functional|parallel] [--workers N] [--record FILE]"
              << " [--inspect PORT]\n       " << chosen_.name
              << " --replay FILE [--until COMMITS] [--trace]\n"
                 "P: 1 to 65535, 5999 if not given; N: threads of the parallel VM, one a core if "
                 "not given\n";
    std::exit(2);
  }

  std::vector<std::string_view> rest_;
  listens where_;
  std::size_t at_ = 0;
  example_options chosen_{};
  bool is_port_given_ = false;
  bool is_vm_given_ = false;
  bool is_replay_told_of_ = false;
};

/// Ends the program on arguments that it does not know.
inline example_options options_of(int argc, char** argv, std::string_view name,
                                  listens where = listens::on_a_port) {
  return example_arguments{argc, argv, name, where}.read();
}
