// A callable of the program, type-erased: one pointer, shared by all copies, paid for by the
// account of whoever makes it.
//
// Threads    The callable is called as const, so copies may be called from any thread if it allows
//            it.
// Ownership  Counted; the last copy destroys the callable.
#pragma once

#include <souk/detail/account.hpp>

#include <atomic>
#include <concepts>
#include <memory>
#include <utility>

namespace souk::detail {

template <class Signature>
class function;

template <class Result, class... Args>
class function<Result(Args...)> {
 public:
  function() noexcept = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, function> &&
             std::is_invocable_r_v<Result, const std::decay_t<F>&, Args...>)
  explicit function(F&& callable)
      : cell_{holder<std::decay_t<F>>::make(std::forward<F>(callable))} {}

  function(const function& other) noexcept : cell_{other.cell_} {
    // relaxed: `other` keeps the cell alive while we add our share.
    if (cell_ != nullptr) cell_->shares.fetch_add(1, std::memory_order_relaxed);
  }
  function(function&& other) noexcept : cell_{std::exchange(other.cell_, nullptr)} {}
  function& operator=(function other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~function() {
    // acquire <- the release of the other owners: their calls are over.   release -> the last
    // owner.
    if (cell_ != nullptr && cell_->shares.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      cell_->destroy(cell_);
    }
  }

  [[nodiscard]] explicit operator bool() const noexcept { return cell_ != nullptr; }
  /// Where the callable is, for who will call it soon.
  [[nodiscard]] const void* address() const noexcept { return cell_; }
  /// Pre: not empty.
  Result operator()(Args... args) const { return cell_->call(*cell_, std::forward<Args>(args)...); }

 private:
  struct cell {
    std::atomic<std::uint32_t> shares{1};
    account::id_type payer;
    Result (*call)(const cell&, Args&&...);
    void (*destroy)(cell*) noexcept;
  };

  template <class F>
  struct holder : cell {
    F callable;

    template <class G>
    static cell* make(G&& callable) {
      account& payer = account::current();
      void* const memory = payer.allocate(sizeof(holder), alignof(holder));
      try {
        return new (memory)
            holder{{.payer = payer.id(), .call = &holder::call_it, .destroy = &holder::destroy_it},
                   std::forward<G>(callable)};
      } catch (...) {
        payer.deallocate(memory, sizeof(holder), alignof(holder));
        throw;
      }
    }
    static Result call_it(const cell& self, Args&&... args) {
      return static_cast<const holder&>(self).callable(std::forward<Args>(args)...);
    }
    static void destroy_it(cell* self) noexcept {
      auto* const whole = static_cast<holder*>(self);
      account& payer = account::by_id(whole->payer);
      std::destroy_at(whole);
      payer.deallocate(whole, sizeof(holder), alignof(holder));
    }
  };

  cell* cell_ = nullptr;
};

}  // namespace souk::detail
