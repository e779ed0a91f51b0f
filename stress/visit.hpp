// Peers of an echo server, over TCP: well-behaved ones, slow ones, and those who reset.
//
// Threads    One for each visit, while it lasts.
#pragma once

#include "stress/trial.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace souk::stress {

/// The first byte of a visit tells its session what to do.
namespace session_mode {
inline constexpr char echo = 'e';
inline constexpr char raise = 'x';
inline constexpr char linger = 'l';
inline constexpr char leave = 'q';  ///< the server and all sessions
}  // namespace session_mode

/// A socket that is not connected yet.
class visit {
 public:
  visit(const visitor& how, unsigned number);
  visit(visit&& other) noexcept;
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;
  ~visit();

  /// Connects, and does what there is to do.
  void run(std::uint16_t port);
  /// That what has come back is what was sent, or the beginning of it. Pre: run() is over.
  [[nodiscard]] std::optional<std::string> find_fault() const;

 private:
  [[nodiscard]] bool connect(std::uint16_t port);
  void talk();
  [[nodiscard]] bool send_some(std::size_t until);
  [[nodiscard]] bool receive_some();
  void close() noexcept;

  visitor how_;
  unsigned number_;
  int socket_;
  std::string out_;
  std::string in_{};
  std::size_t sent_ = 0;
  bool is_over_ = false;
  std::string trouble_{};
};

/// A port on which nobody listens, on the loopback interface.
[[nodiscard]] std::uint16_t find_port();

}  // namespace souk::stress
