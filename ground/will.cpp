// Wills as an event source, and their driver.
#include <souk/endpoint.hpp>
#include <souk/ground.hpp>
#include <souk/will.hpp>

#include <functional>
#include <list>
#include <mutex>

namespace souk {

using namespace souk::literals;

/// Who lets go of an object last may be a worker in the middle of a commit: it allocates nothing
/// here, and runs nobody's code but `ready`, which only wakes the ground VM.
class will_executor::source final : public event_source {
 public:
  using wills = std::list<unreachable>;

  void came(wills& one) noexcept {
    std::function<void()> ready;
    {
      const std::scoped_lock held{lock_};
      came_.splice(came_.end(), one);
      ready.swap(ready_);
    }
    if (ready) ready();
  }
  [[nodiscard]] std::optional<unreachable> take_will() {
    wills first;  // ends after the lock: a will in a will may come
    const std::scoped_lock held{lock_};
    if (came_.empty()) return std::nullopt;
    first.splice(first.end(), came_, came_.begin());
    return std::move(first.front());
  }

  void request(std::function<void()> ready) override {
    {
      const std::scoped_lock held{lock_};
      if (came_.empty()) {
        ready_ = std::move(ready);
        return;
      }
    }
    ready();
  }
  std::optional<term> take() override {
    auto will = take_will();
    if (!will) return std::nullopt;
    return term{*will};
  }
  void cancel() noexcept override {
    std::function<void()> dropped;
    const std::scoped_lock held{lock_};
    dropped.swap(ready_);
  }
  [[nodiscard]] bool keeps_running() const noexcept override { return false; }  // W2

 private:
  std::mutex lock_;              // guards what follows
  std::function<void()> ready_;  // somebody waits
  wills came_;
};

will_executor::will_executor() : source_{std::make_shared<source>()}, event_{host_event(source_)} {}

std::shared_ptr<void> will_executor::with_will(term label, term heir) const {
  struct testament {
    source::wills one;
    std::shared_ptr<source> to;
    testament(unreachable will, std::shared_ptr<source> executor) : to{std::move(executor)} {
      one.push_back(std::move(will));
    }
    testament(const testament&) = delete;
    testament& operator=(const testament&) = delete;
    ~testament() { to->came(one); }
  };
  return std::make_shared<testament>(unreachable{std::move(label), std::move(heir)}, source_);
}

spawn_action will_executor::driver() const {
  return name_process("will-driver"_sym, spawn([event = event_] {
                        return actions{publisher(topic<unreachable>(_, _)),
                                       subscriber(cons(event, _)).on_message([](const term& m) {
                                         return send_message(m.tail());
                                       })};
                      }));
}

std::optional<unreachable> will_executor::take() const { return source_->take_will(); }

}  // namespace souk
