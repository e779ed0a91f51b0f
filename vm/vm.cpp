#include <souk/vm.hpp>

#include "vm/functional/machine.hpp"
#include "vm/parallel/outermost.hpp"
#include "vm/reflection/core.hpp"
#include "vm/reflection/doorway.hpp"
#include "vm/replay/replayer.hpp"

#include <stdexcept>
#include <utility>

namespace souk {

vm_listener::~vm_listener() = default;

// The outermost VM, whose container is the program itself.
class vm::implementation {
 public:
  explicit implementation(vm_options& options)
      : listener_{options.listener}, on_escape_{std::move(options.on_escape)} {}
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;
  virtual ~implementation() = default;

  virtual bool run_round() = 0;
  virtual void run_until_inert() = 0;
  virtual void inject(std::span<const send_message> messages) = 0;
  virtual bool step(std::span<const std::uint32_t> path) = 0;
  virtual std::vector<std::vector<std::uint32_t>> steppable() = 0;
  virtual std::uint64_t replay(const journal& of, std::uint64_t most) = 0;
  [[nodiscard]] virtual detail::account& payer() const = 0;
  [[nodiscard]] virtual bool is_shut_down() const = 0;

 protected:
  // VM-11
  void let_escape(const action_list& out) {
    for (const action& a : out) {
      if (on_escape_) {
        on_escape_(a);
      } else if (listener_ != nullptr) {
        listener_->on_remark({root_vm, 0},
                             "an at-meta-level action of the outermost VM goes nowhere (VM-11)");
      }
    }
  }

 private:
  vm_listener* listener_;
  std::function<void(const action&)> on_escape_;
};

class vm::functional_vm final : public vm::implementation, public reflection::core::subject {
 public:
  functional_vm(const boot_function& boot, vm_options options)
      : implementation{options},
        common_{.listener = options.listener,
                .shuffled = options.seed != 0,
                .dice = std::mt19937_64{options.seed},
                .mirror = options.reflect == nullptr ? nullptr : &options.reflect->inside()},
        root_{common_} {
    root_.boot(boot);
    if (common_.mirror == nullptr) return;
    door_.emplace([this](const inquiry& what) { root_.answer(what); });
    common_.mirror->attach(*this);
  }
  functional_vm(const functional_vm&) = delete;
  functional_vm& operator=(const functional_vm&) = delete;
  ~functional_vm() override {
    if (common_.mirror != nullptr) common_.mirror->detach(*this);
  }

  bool run_round() override {
    const doorway::stay running{door()};
    return run_once();
  }
  void run_until_inert() override {
    const doorway::stay running{door()};
    while (run_once()) {
      if (door_) door_->look_up();
    }
  }

  void ask(const inquiry& what) override { door_->knock(what); }
  unsigned workers() const noexcept override { return 1; }
  std::vector<pid> running() override { return {}; }

  void inject(std::span<const send_message> messages) override {
    const doorway::stay running{door()};
    for (const send_message& each : messages) root_.inject(each);
  }

  bool step(std::span<const std::uint32_t> path) override {
    const doorway::stay running{door()};
    drive("vm::step()");
    const bool stepped = root_.step(path);
    root_.end_what_is_shut_down();
    let_escape(root_.take_external());
    return stepped;
  }

  std::vector<std::vector<std::uint32_t>> steppable() override {
    std::vector<std::vector<std::uint32_t>> found;
    std::vector<std::uint32_t> prefix;
    root_.list_steppable(prefix, found);
    return found;
  }

  std::uint64_t replay(const journal& of, std::uint64_t most) override {
    const doorway::stay running{door()};
    drive("vm::replay()");
    return replayer{common_, root_, of}.perform(
        most, [this](const action_list& out) { let_escape(out); });
  }
  detail::account& payer() const override { return root_.payer(); }
  bool is_shut_down() const override { return root_.is_shut_down(); }

 private:
  [[nodiscard]] doorway* door() noexcept { return door_ ? &*door_ : nullptr; }

  bool run_once() {
    if (common_.driven) {
      throw usage_error{
          "vm::run_round() after vm::step(): a VM is either driven or runs by itself; make another "
          "vm"};
    }
    started_ = true;
    root_.end_what_is_shut_down();
    root_.run_round();
    root_.end_what_is_shut_down();
    let_escape(root_.take_external());
    return !root_.is_idle();
  }

  void drive(const std::string& who) {
    if (started_) {
      throw usage_error{who +
                        " after vm::run_round(): a VM is either driven or runs by itself; make "
                        "another vm"};
    }
    common_.driven = true;
  }

  functional::settings common_;
  bool started_ = false;
  functional::machine root_;
  std::optional<doorway> door_;  // if others can look
};

class vm::parallel_vm final : public vm::implementation {
 public:
  parallel_vm(boot_function boot, vm_options options)
      : implementation{options}, inside_{std::move(boot), options} {}

  bool run_round() override {
    inside_.wait_until_idle();
    for (const action_list& out : inside_.take_outbox()) let_escape(out);
    return false;
  }
  void run_until_inert() override { (void)run_round(); }

  void inject(std::span<const send_message> messages) override { inside_.inject(messages); }

  bool step(std::span<const std::uint32_t> /*path*/) override {
    throw usage_error{
        "vm::step() of a parallel VM: only the functional VM can be driven; make a vm with kind "
        "vm_kind::functional"};
  }
  std::vector<std::vector<std::uint32_t>> steppable() override { return {}; }
  std::uint64_t replay(const journal& /*of*/, std::uint64_t /*most*/) override {
    throw usage_error{
        "vm::replay() of a parallel VM: a journal is replayed on the functional VM; make a vm with "
        "kind vm_kind::functional"};
  }
  detail::account& payer() const override { return inside_.payer(); }
  bool is_shut_down() const override { return inside_.is_to_end(); }

 private:
  parallel::outermost inside_;
};

custodian vm::get_custodian() const {
  detail::account& mine = inside_->payer();
  mine.hold();
  return custodian{mine};
}
bool vm::is_shut_down() const { return inside_->is_shut_down(); }

vm::vm(from_boot, const boot_function& boot, vm_options options)
    : inside_{options.kind == vm_kind::parallel
                  ? std::unique_ptr<implementation>{std::make_unique<parallel_vm>(
                        boot, std::move(options))}
                  : std::make_unique<functional_vm>(boot, std::move(options))} {}
vm::vm(vm&&) noexcept = default;
vm& vm::operator=(vm&&) noexcept = default;
vm::~vm() = default;

bool vm::run_round() { return inside_->run_round(); }
void vm::run_until_inert() { inside_->run_until_inert(); }
void vm::inject(const send_message& message) { inside_->inject({&message, 1}); }
void vm::inject(std::span<const send_message> messages) { inside_->inject(messages); }
bool vm::step(std::span<const std::uint32_t> path) { return inside_->step(path); }
std::vector<std::vector<std::uint32_t>> vm::steppable() const { return inside_->steppable(); }
std::uint64_t vm::replay(const journal& of, std::uint64_t most) {
  return inside_->replay(of, most);
}

}  // namespace souk
