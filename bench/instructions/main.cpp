// souk_instructions: counts the instructions of twelve fixed workloads and compares them with those
// that were accepted, bench/instructions/baseline.txt. Unlike times, counts are the same on a busy
// machine, so a few parts in a hundred more are a finding.
//
// Exit status: 0 passed, 1 too many or something failed, 2 wrong arguments, 77 nothing to compare
// with here.
#include <gnu/libc-version.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "bench/build_info.hpp"
#include "bench/instructions/count.hpp"
#include "bench/instructions/gate.hpp"
#include "bench/instructions/subjects.hpp"

namespace {

constexpr int skipped = 77;

/// What decides how many instructions the same source takes.
std::string toolchain() {
  return std::string{souk::bench::compiler()} + ", " + std::string{souk::bench::flags()} +
         ", libstdc++ " + std::to_string(__GLIBCXX__) + ", glibc " + ::gnu_get_libc_version() +
         ", " + SOUK_PROCESSOR;
}

int skip(const std::string& why) {
  std::cout << "skipped: " << why << '\n';
  return skipped;
}

std::vector<std::string> names_of_subjects() {
  std::vector<std::string> names;
  for (const souk::bench::subject& one : souk::bench::subjects()) names.emplace_back(one.name);
  return names;
}

struct arguments {
  std::string program;  ///< this one
  std::string accept;   ///< the command
  std::string baseline_file = SOUK_INSTRUCTIONS_BASELINE;
  bool accepts = false;
  unsigned jobs = 2;
};

std::vector<souk::bench::instruction_count> count_all(const arguments& chosen) {
  const auto done = [](const std::string& name) { std::cerr << "counted " << name << '\n'; };
  return souk::bench::count_instructions({chosen.program, "--run", "souk_counted"},
                                         names_of_subjects(), chosen.jobs, done);
}

int accept(const arguments& chosen) {
  const souk::bench::baseline accepted{toolchain(), count_all(chosen)};
  std::ofstream out{chosen.baseline_file};
  write_baseline(out, accepted);
  if (!out.flush()) throw std::runtime_error{"cannot write " + chosen.baseline_file};
  std::cout << "accepted: " << chosen.baseline_file << '\n';
  return 0;
}

int compare(const arguments& chosen) {
  std::ifstream in{chosen.baseline_file};
  if (!in) throw std::runtime_error{"cannot read " + chosen.baseline_file};
  const souk::bench::baseline accepted = souk::bench::read_baseline(in);
  if (accepted.toolchain != toolchain())
    return skip("this is built with " + toolchain() + "; what was accepted is of " +
                accepted.toolchain);
  const auto rows = souk::bench::compare_counts(accepted.counts, count_all(chosen));
  souk::bench::print_gate(std::cout, rows, chosen.accept);
  return souk::bench::passes(rows) ? 0 : 1;
}

int gate(const arguments& chosen) {
  if (const std::string why = souk::bench::warning(); !why.empty()) return skip(why);
  if (!souk::bench::can_count()) return skip("there is no valgrind: apt-get install valgrind");
  return chosen.accepts ? accept(chosen) : compare(chosen);
}

}  // namespace

/// Its name is what callgrind is told to count.
extern "C" [[gnu::noinline]] void souk_counted(const souk::bench::subject* one) {
  souk::bench::run(*one);
}

namespace {

int run_alone(const std::string& name) {
  const souk::bench::subject* const one = souk::bench::find_subject(name);
  if (one == nullptr) throw std::runtime_error{"there is no workload " + name};
  souk_counted(one);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  arguments chosen{.program = argv[0], .accept = std::string{argv[0]} + " --accept"};
  std::string alone;
  CLI::App app{"Counts instructions, and compares them with those that were accepted."};
  app.add_flag("--accept", chosen.accepts, "what is counted now is the new baseline");
  app.add_option("--baseline", chosen.baseline_file, "the file of what was accepted");
  app.add_option("--jobs", chosen.jobs, "how many are counted side by side")
      ->check(CLI::Range(1, 64));
  app.add_option("--run", alone, "only runs that workload, here: what valgrind looks at");
  CLI11_PARSE(app, argc, argv);
  try {
    return alone.empty() ? gate(chosen) : run_alone(alone);
  } catch (const std::exception& e) {
    std::cerr << "souk_instructions: " << e.what() << '\n';
    return 1;
  }
}
