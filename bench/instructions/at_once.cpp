// The executor of what is counted: whoever submits a task runs it, and all that follows from it,
// before he goes on. So a run has one thread, and does the same each time.
//
// It stands for both executors of the library, which the linker then leaves out: of an archive it
// takes only what is still missing. All else is the library's, the crew too.
#include "sched/crew.hpp"

#include <memory>

namespace souk::sched {
namespace {

class at_once final : public crew {
 public:
  at_once() : crew{1} {}
  at_once(const at_once&) = delete;
  at_once& operator=(const at_once&) = delete;
  ~at_once() override { finish(); }

 private:
  void call(unsigned worker) override {
    while (work(worker)) {
    }
  }
};

}  // namespace

std::unique_ptr<executor> make_arena_executor(unsigned /*workers*/, vm_priority /*p*/) {
  return std::make_unique<at_once>();
}
std::unique_ptr<executor> make_thread_executor(unsigned /*workers*/) {
  return std::make_unique<at_once>();
}

}  // namespace souk::sched
