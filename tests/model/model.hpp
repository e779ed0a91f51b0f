// Models of what the workers share, made of the shipped headers of sched/.
//
// Every model must hold as it is, and must fail with each of its mutants: a rule that is left out,
// or one memory order that is weaker than written.
//
// Threads    One. The threads of a model are fibers of Relacy, which says whose step is next.
#pragma once

#include "sched/hooks.hpp"
#include "tests/model/checked_atomic.hpp"
#include "tests/model/relacy.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace souk::model {

/// An access whose order is `to`.
struct weakening {
  site where;
  std::memory_order to{};
};

/// Of each model.
inline constexpr unsigned executions = 4'000;
/// A stream that drops what it is given, and allocates nothing: Relacy would take it for the
/// model's.
[[nodiscard]] std::ostream& nowhere() noexcept;

/// How models are broken from now on. Nothing, at first.
void leave_whole() noexcept;
void weaken(const weakening& how) noexcept;
void leave_out(sched::hooks::mutant rule) noexcept;

/// The accesses that were made since the last call, each place once, but for relaxed ones.
[[nodiscard]] std::vector<site> take_sites();
/// The orders that are weaker than that of the access, the strongest first.
[[nodiscard]] std::vector<std::memory_order> weaker_orders(const site& of);
[[nodiscard]] std::string to_string(const site& one);
[[nodiscard]] const char* to_string(std::memory_order order) noexcept;

/// How a model ended: empty if it holds, or else what happened. Each execution follows from its
/// number alone.
template <class Model>
[[nodiscard]] std::string run(std::ostream& log = nowhere()) {
  rl::test_params how;
  how.iteration_count = executions;
  how.output_stream = &log;
  how.progress_stream = &log;
  if (rl::simulate<Model>(how)) return {};
  return rl::test_result_str(how.test_result);
}
/// The same of the first that fails.
template <class... Models>
[[nodiscard]] std::string run_each() {
  std::string failure;
  (void)(... || !(failure = run<Models>()).empty());
  return failure;
}
/// The same; what led to the failure is told.
template <class Model>
[[nodiscard]] std::string run_and_tell() {
  std::string failure = run<Model>();
  if (!failure.empty()) (void)run<Model>(std::cerr);
  return failure;
}

/// All models of what the headers' memory orders are for.
struct named_model {
  std::string_view name;
  std::string (*run)();
};
[[nodiscard]] std::vector<named_model>& models();

/// Puts a model into that list.
struct known {
  known(std::string_view name, std::string (*how)()) { models().push_back({name, how}); }
};

/// Data that must only be touched by one thread at a time: anything else is a failure.
class guarded {
 public:
  void touch() { inside_(RL_INFO).store(inside_(RL_INFO).load() + 1); }
  [[nodiscard]] unsigned touched() { return inside_(RL_INFO).load(); }

 private:
  rl::var<unsigned> inside_{0U};
};

}  // namespace souk::model
