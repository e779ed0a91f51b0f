// Wills: what is to be done when no process reaches a host object any more.
//
//     will_executor wills;
//     ground_vm(wills.driver(), spawn([wills] {
//       term file = wills.host(std::make_shared<my_file>("log"), "log"_sym);
//       return transition(std::move(file), ...);   // sent to others, or kept in states
//     }), subscriber(topic<unreachable>("log"_sym, _)).on_message([](const unreachable& u) {
//       u.object.as_host<my_file>()->close();
//     }));
//
// Threads    any. The last to let go of an object may be any worker of any VM; the action is a
//            message, handled by a process as all messages are.
// W1  A will comes once, after the last term that host() made of its object is gone, wherever it
//     was: in a state, a mailbox, a topic, or in the program's own hands. The object is alive then,
//     and is in the hands of whoever gets it.
// W2  A ground VM that has nothing else to do does not wait for wills: some may never come, and
//     others only when it ends. Those that came too late for it are left to take().
// Source: will executors as in Racket, which "Processes without Partitions" has per program.
#pragma once

#include <souk/export.hpp>
#include <souk/process.hpp>
#include <souk/record.hpp>
#include <souk/term.hpp>

#include <memory>
#include <optional>
#include <typeinfo>
#include <utility>

namespace souk {

/// No process reaches the object any more, that host() was given with the label.
struct unreachable {
  term label;
  term object;  ///< an ordinary host object, without a will
};
SOUK_RECORD(unreachable, label, object);

class SOUK_EXPORT will_executor {
 public:
  will_executor();

  /// The object as a term that has a will. The VM shares its ownership with nobody whom it could
  /// ask: what the program keeps of it besides does not count. Throws usage_error for null.
  template <class T>
  [[nodiscard]] term host(std::shared_ptr<T> object, term label) const {
    T* const address = object.get();
    term heir = host_object(std::shared_ptr<T>{object});
    return host_object(std::shared_ptr<T>{with_will(std::move(label), std::move(heir)), address});
  }

  /// The event of a will, of the value `unreachable`; for processes of the ground VM.
  [[nodiscard]] const term& event() const noexcept { return event_; }
  /// The process that sends an `unreachable` for each will; for the ground VM. Processes inside a
  /// nested VM subscribe at_meta_level().
  [[nodiscard]] spawn_action driver() const;
  /// The oldest will that came and was not taken.
  [[nodiscard]] std::optional<unreachable> take() const;

 private:
  class source;

  /// Its end is the will's coming.
  [[nodiscard]] std::shared_ptr<void> with_will(term label, term heir) const;

  std::shared_ptr<source> source_;
  term event_;
};

}  // namespace souk
