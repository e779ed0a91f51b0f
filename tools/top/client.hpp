// What `souk top` asks an inspector.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace souk::tool {

class inspector_client {
 public:
  /// `url` is what the inspector printed. Throws std::runtime_error if it is none.
  explicit inspector_client(const std::string& url);

  // Throw std::runtime_error when there is no answer, or a refusal.
  [[nodiscard]] nlohmann::ordered_json view() const;
  /// One after the other, until `show` says false.
  void views(const std::function<bool(const nlohmann::ordered_json&)>& show) const;
  /// False: there is no such process.
  [[nodiscard]] bool kill(const std::string& pid, const std::string& reason) const;

 private:
  [[nodiscard]] std::string path(const std::string& name) const;

  std::string address_;
  std::string token_;
};

}  // namespace souk::tool
