#include <souk/vm.hpp>

#include "vm/functional/machine.hpp"

#include <stdexcept>

namespace souk {

using functional::machine;

vm_listener::~vm_listener() = default;

// The outermost VM, whose container is the program itself.
class vm::implementation {
 public:
  implementation(const boot_function& boot, vm_options options)
      : common_{options.listener, options.seed != 0, false, std::mt19937_64{options.seed}},
        on_escape_{std::move(options.on_escape)},
        root_{common_, root_vm} {
    root_.boot(boot);
  }

  bool run_round() {
    if (common_.driven) {
      throw usage_error{
          "vm::run_round() after vm::step(): a VM is either driven or runs by itself; make another "
          "vm"};
    }
    started_ = true;
    root_.run_round();
    let_escape();
    return !root_.is_idle();
  }

  void inject(const send_message& message) { root_.inject(message); }

  bool step(std::span<const std::uint32_t> path) {
    if (started_) {
      throw usage_error{
          "vm::step() after vm::run_round(): a VM is either driven or runs by itself; make another "
          "vm"};
    }
    common_.driven = true;
    const bool stepped = root_.step(path);
    let_escape();
    return stepped;
  }

  std::vector<std::vector<std::uint32_t>> steppable() {
    std::vector<std::vector<std::uint32_t>> found;
    std::vector<std::uint32_t> prefix;
    root_.list_steppable(prefix, found);
    return found;
  }

 private:
  // VM-11
  void let_escape() {
    for (const action& a : root_.take_external()) {
      if (on_escape_) {
        on_escape_(a);
      } else if (common_.listener != nullptr) {
        common_.listener->on_remark(
            {root_vm, 0}, "an at-meta-level action of the outermost VM goes nowhere (VM-11)");
      }
    }
  }

  functional::settings common_;
  std::function<void(const action&)> on_escape_;
  bool started_ = false;
  machine root_;
};

vm::vm(from_boot, const boot_function& boot, vm_options options)
    : inside_{std::make_unique<implementation>(boot, std::move(options))} {}
vm::vm(vm&&) noexcept = default;
vm& vm::operator=(vm&&) noexcept = default;
vm::~vm() = default;

bool vm::run_round() { return inside_->run_round(); }
void vm::run_until_inert() {
  while (run_round()) {
  }
}
void vm::inject(const send_message& message) { inside_->inject(message); }
bool vm::step(std::span<const std::uint32_t> path) { return inside_->step(path); }
std::vector<std::vector<std::uint32_t>> vm::steppable() const { return inside_->steppable(); }

}  // namespace souk
