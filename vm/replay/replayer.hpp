// Repeats the commits of a journal on a functional VM.
#pragma once

#include "vm/functional/machine.hpp"
#include "vm/replay/contents.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace souk {

class replayer {
 public:
  /// `message_of`: what an injected message is here, if not what was recorded.
  replayer(functional::settings& common, functional::machine& root, const journal& of,
           std::function<send_message(const send_message&)> message_of = {});

  /// No more commits than `most`; after each, `escaped` gets the at-meta-level actions of the
  /// outermost VM. How many there were. Throws journal_error when one of them cannot be performed,
  /// or something is left to do after all of them; and what `escaped` throws.
  std::uint64_t perform(std::uint64_t most, const std::function<void(const action_list&)>& escaped);

 private:
  /// False: all is done.
  [[nodiscard]] bool next();
  /// The commits of one VM, and how far they are.
  struct track {
    vm_path path;
    std::vector<const commit_record*> all;
    std::size_t done = 0;

    [[nodiscard]] bool is_over() const noexcept { return done == all.size(); }
  };

  [[nodiscard]] bool try_next(track& of);
  /// What a custodian ended in that VM.
  [[nodiscard]] bool end(const vm_path& in, const vm_path& who, const term& why);
  [[noreturn]] void give_up() const;

  functional::settings& common_;
  functional::machine& root_;
  const journal& of_;
  std::function<send_message(const send_message&)> message_of_;
  std::vector<track> tracks_;
  std::size_t turn_ = 0;
};

}  // namespace souk
