// Looks at a VM twice a second while anybody wants to see it, and at no other time.
//
// Threads    Any. One thread of its own looks.
// W1  While viewers_ is above 0 the VM is measured; the thread sleeps otherwise.
#pragma once

#include <souk/reflection.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace souk::inspect {

class watch {
 public:
  explicit watch(const reflection& mirror);
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;
  ~watch();

  struct sight {
    std::uint64_t number = 0;
    std::string text{};  // of view.hpp
  };

  /// While it lives the VM is looked at.
  class viewer {
   public:
    explicit viewer(watch& of);
    ~viewer();
    viewer(const viewer&) = delete;
    viewer& operator=(const viewer&) = delete;

    /// Blocks until there is one after that; nothing: the watch is over.
    [[nodiscard]] std::optional<sight> after(std::uint64_t number);

   private:
    watch& of_;
  };

  /// Nobody waits any more.
  void end();
  /// Blocks for so long. False: the watch is over.
  [[nodiscard]] bool sleep(std::chrono::milliseconds how_long);

 private:
  void run();

  const reflection& mirror_;
  std::mutex lock_;  // guards what follows
  std::condition_variable news_;
  unsigned viewers_ = 0;
  bool is_over_ = false;
  sight last_;
  std::thread looking_;
};

}  // namespace souk::inspect
