// Repeats the commits of a journal on a functional VM.
#pragma once

#include "vm/functional/machine.hpp"
#include "vm/replay/contents.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace souk {

class replayer {
 public:
  replayer(functional::settings& common, functional::machine& root, const journal& of);

  /// False: all is done. Throws journal_error when nothing that is left can be performed.
  [[nodiscard]] bool next();

 private:
  /// The commits of one VM, and how far they are.
  struct track {
    vm_path path;
    std::vector<const commit_record*> all;
    std::size_t done = 0;

    [[nodiscard]] bool is_over() const noexcept { return done == all.size(); }
  };

  [[nodiscard]] bool try_next(track& of);
  [[noreturn]] void give_up() const;

  functional::settings& common_;
  functional::machine& root_;
  std::vector<track> tracks_;
  std::size_t turn_ = 0;
};

}  // namespace souk
