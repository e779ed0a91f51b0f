// The cases of a suite, the threads that run them, and the report.
#include "tools/conform/suite.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>
#include <thread>

#include "tools/scenario/load.hpp"

namespace souk::tool {
namespace {

namespace fs = std::filesystem;

struct case_result {
  enum class kinds { passed, failed, undecided, unusable } kind = kinds::passed;
  std::string report;
};

/// The argument as a shell takes it back.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return out + "'";
}

/// What the seeds of one scenario showed.
struct tally {
  std::uint64_t failures = 0;
  std::uint64_t undecided = 0;
  std::uint64_t seed = 0;  // the first of those
  json outcome;            // and what it showed

  void add(verdicts verdict, std::uint64_t at_seed, json&& shown) {
    if (verdict == verdicts::conforms) return;
    const bool first = verdict == verdicts::fails ? failures == 0 : failures + undecided == 0;
    ++(verdict == verdicts::fails ? failures : undecided);
    if (!first) return;
    seed = at_seed;
    outcome = std::move(shown);
  }
};

std::string report_of(const std::string& file, const golden& expected, const tally& seen,
                      const suite_options& options) {
  const bool failed = seen.failures > 0;
  std::ostringstream out;
  out << (failed ? "FAIL " : "UNDECIDED ") << fs::path{file}.stem().string() << ": seed "
      << seen.seed << " shows an outcome that is not expected";
  if (options.seeds > 1) {
    out << " (so do " << (failed ? seen.failures : seen.undecided) << " of " << options.seeds
        << " seeds)";
  }
  out << '\n' << difference(expected, options.schedule, compared_form(seen.outcome));
  if (!failed) out << "  the list of expected outcomes is not complete, so this proves nothing\n";
  out << "  rerun: souk conform " << shell_word(file) << ' ' << options.rerun_arguments
      << " --seed " << seen.seed << '\n';
  return std::move(out).str();
}

case_result run_case(const std::string& file, const suite_options& options,
                     const scenario_runner& run) {
  using kinds = case_result::kinds;
  try {
    const scenario program = load_scenario(file);
    const auto golden_file = find_golden(file);
    if (!golden_file) {
      throw load_error(file +
                       ": expected a golden file in ../golden-souk or ../golden beside its "
                       "folder, found none of that name");
    }
    const golden expected = load_golden(golden_file->string());
    tally seen;
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
      const std::uint64_t seed = options.first_seed + i;
      json outcome = run(program, seed);
      const verdicts verdict = judge(expected, options.schedule, outcome);
      seen.add(verdict, seed, std::move(outcome));
    }
    if (seen.failures + seen.undecided == 0) return {};
    return {seen.failures > 0 ? kinds::failed : kinds::undecided,
            report_of(file, expected, seen, options)};
  } catch (const std::exception& error) {
    return {kinds::unusable, std::string{error.what()} + "\n"};
  }
}

/// Collects results that come in any order and reports them in the order of the cases.
class reporter {
 public:
  reporter(std::size_t cases, bool show_progress, std::ostream& out, std::ostream& errors)
      : results_(cases), show_progress_{show_progress}, out_{out}, errors_{errors} {
    show_progress_line();
  }

  void add(std::size_t index, case_result&& result) {
    const std::lock_guard lock{mutex_};
    results_[index] = std::move(result);
    clear_progress_line();
    for (; reported_ < results_.size() && results_[reported_]; ++reported_) {
      report(*results_[reported_]);
    }
    ++done_;
    show_progress_line();
  }

  /// Pre: every case was added.
  [[nodiscard]] suite_result finish() {
    clear_progress_line();
    return counts_;
  }

 private:
  void report(const case_result& result) {
    using kinds = case_result::kinds;
    switch (result.kind) {
      case kinds::passed: ++counts_.passed; break;
      case kinds::failed:
        ++counts_.failed;
        out_ << result.report << std::flush;
        break;
      case kinds::undecided:
        ++counts_.undecided;
        out_ << result.report << std::flush;
        break;
      case kinds::unusable:
        ++counts_.failed;
        ++counts_.unusable;
        errors_ << result.report << std::flush;
        break;
    }
  }
  void show_progress_line() {
    if (show_progress_)
      errors_ << "  " << done_ << " of " << results_.size() << " scenarios\r" << std::flush;
  }
  void clear_progress_line() {
    if (show_progress_) errors_ << "\x1b[2K\r" << std::flush;
  }

  std::mutex mutex_;  // everything below
  std::vector<std::optional<case_result>> results_;
  bool show_progress_;
  std::ostream& out_;
  std::ostream& errors_;
  std::size_t reported_ = 0;
  std::size_t done_ = 0;
  suite_result counts_;
};

void append_files(std::vector<std::string>& out, const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json" && !entry.is_directory()) {
      out.push_back(entry.path().string());
    }
  }
  std::sort(out.begin(), out.end());
}

}  // namespace

std::vector<std::string> scenario_files(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return {path};
  std::vector<std::string> out;
  try {
    const auto inner = fs::path{path} / "scenarios";
    append_files(out, fs::is_directory(inner, ignored) ? inner : fs::path{path});
  } catch (const fs::filesystem_error& error) {
    throw load_error(path + ": cannot read the folder: " + error.code().message());
  }
  if (out.empty()) {
    throw load_error(path +
                     ": no scenarios: expected files NAME.json there, or in a folder scenarios/");
  }
  return out;
}

suite_result run_suite(const std::vector<std::string>& paths, const suite_options& options,
                       const scenario_runner& run, std::ostream& out, std::ostream& errors) {
  std::vector<std::string> files;
  std::size_t empty_paths = 0;
  for (const auto& path : paths) {
    try {
      const auto found = scenario_files(path);
      files.insert(files.end(), found.begin(), found.end());
    } catch (const load_error& error) {
      errors << error.what() << '\n';
      ++empty_paths;
    }
  }

  reporter report{files.size(), options.show_progress, out, errors};
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    // relaxed: only hands out numbers; the reporter's mutex orders the rest.
    for (std::size_t i = 0; (i = next.fetch_add(1, std::memory_order_relaxed)) < files.size();) {
      report.add(i, run_case(files[i], options, run));
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < options.jobs; ++i) helpers.emplace_back(work);
    work();
  }
  suite_result result = report.finish();
  result.failed += empty_paths;
  result.unusable += empty_paths;
  return result;
}

}  // namespace souk::tool
