// The record of a run on the parallel VM: which transition was committed when, which pids were
// given out, what came from outside. Replayed on the functional VM it must give every process the
// same events: that is what "parallel" means here, and how it is checked.
//
//     journal log;
//     vm market{{.kind = vm_kind::parallel, .record = &log}, spawn(...)};
//     market.run_until_inert();
//     vm reference{{.kind = vm_kind::functional}, spawn(...)};      // the same program
//     reference.replay(log);
//
// Threads: one at a time, once the recorded VM is inert. Errors: journal_error.
#pragma once

#include <souk/error.hpp>
#include <souk/export.hpp>

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <vector>

namespace souk {

/// A journal that does not fit the program it is replayed on, or a file that is not a journal.
class SOUK_EXPORT journal_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class SOUK_EXPORT journal {
 public:
  journal();
  journal(journal&&) noexcept;
  journal& operator=(journal&&) noexcept;
  ~journal();

  /// How many commits are in it, in all VMs together.
  [[nodiscard]] std::uint64_t commits() const noexcept;

  /// As lines of text. Throws journal_error when an injected message has no text (host objects).
  void write(std::ostream& out) const;
  /// What write() has written; lines that start with # are passed over. Throws journal_error with
  /// the line.
  [[nodiscard]] static journal read(std::istream& in);

  class contents;
  [[nodiscard]] contents& inside() const noexcept { return *inside_; }

 private:
  std::unique_ptr<contents> inside_;
};

}  // namespace souk
