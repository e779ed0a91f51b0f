// What handlers ask the world, where no message brings the answer: the time, a fresh name, whether
// a socket took what was written. A recorded run writes the answers down, for each process in the
// order in which it asked; a repeated one gets them from there, and the world is left alone.
//
// Threads    ask_world(), tell_world(): whoever runs a handler. An answers: any.
// A1  Who asks is the process whose handler this thread runs: whoever hears of handlers says which
//     (running_process), before each of them.
#pragma once

#include <souk/term.hpp>

#include "vm/replay/contents.hpp"
#include "vm/surroundings.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace souk {

class answers {
 public:
  answers() = default;
  answers(const answers&) = delete;
  answers& operator=(const answers&) = delete;
  virtual ~answers();

  /// `ask` asks the world.
  [[nodiscard]] virtual term answer(pid who, const std::function<term()>& ask) = 0;
  /// The world is left alone.
  [[nodiscard]] virtual bool are_repeated() const noexcept = 0;
};

class recorded_answers final : public answers {
 public:
  explicit recorded_answers(journal::contents& into) noexcept : into_{into} {}

  [[nodiscard]] term answer(pid who, const std::function<term()>& ask) override;
  [[nodiscard]] bool are_repeated() const noexcept override { return false; }

 private:
  journal::contents& into_;
};

/// Threads    One.
class repeated_answers final : public answers {
 public:
  explicit repeated_answers(const journal::contents& of) noexcept : of_{of} {}

  /// False when there is none.
  [[nodiscard]] term answer(pid who, const std::function<term()>& ask) override;
  [[nodiscard]] bool are_repeated() const noexcept override { return true; }

  /// Throws journal_error when one was asked for that is not there. (A handler could not: what it
  /// throws is a crash of its process.)
  void check() const;
  /// Throws journal_error when one is left.
  void check_all_given() const;

 private:
  const journal::contents& of_;
  std::map<pid, std::size_t> given_;
  std::optional<pid> missed_;
};

/// The process whose handler this thread runs (A1).
[[nodiscard]] pid& running_process() noexcept;

/// What `ask` answers, a term without host objects; or what it answered when the run was recorded.
template <class Ask>
[[nodiscard]] term ask_world(const Ask& ask) {
  const place* const here = surroundings_scope::current();
  if (here == nullptr || here->told == nullptr) return ask();
  return here->told->answer(running_process(), ask);
}

/// Calls `act`, unless a recorded run is repeated.
template <class Act>
void tell_world(const Act& act) {
  const place* const here = surroundings_scope::current();
  if (here == nullptr || here->told == nullptr || !here->told->are_repeated()) act();
}

}  // namespace souk
