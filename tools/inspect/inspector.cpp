#include "tools/inspect/inspector.hpp"

#include <httplib.h>
#include <souk/text.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "souk_inspector_parts.hpp"
#include "tools/inspect/metrics.hpp"
#include "tools/inspect/view.hpp"
#include "tools/inspect/watch.hpp"

namespace souk::inspect {
namespace {

using httplib::Request;
using httplib::Response;

constexpr std::size_t threads = 16;
constexpr unsigned most_streams = 8;  ///< each has a thread; the others are for all else
constexpr std::chrono::milliseconds follow_interval{200};
constexpr const char* json_type = "application/json";
constexpr const char* loopback = "127.0.0.1";

std::string make_token() {
  std::random_device entropy;
  std::string token;
  for (int i = 0; i < 8; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (unsigned word = entropy(), k = 0; k < 4; ++k, word >>= 4) token += digits[word & 15U];
  }
  return token;
}

std::string page() {
  std::string text{parts::page};
  const auto put = [&](std::string_view mark, std::string_view part) {
    text.replace(text.find(mark), mark.size(), part);
  };
  put("/* style */", parts::style);
  put("/* scripts */", parts::scripts);
  return text;
}

std::string event_of(const std::string& data) { return "data: " + data + "\n\n"; }

}  // namespace

bool equal_in_constant_time(const std::string& secret, const std::string& given) {
  unsigned difference = secret.size() == given.size() ? 0 : 1;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const char other = given.empty() ? '\0' : given[i % given.size()];
    difference |= static_cast<unsigned char>(secret[i]) ^ static_cast<unsigned char>(other);
  }
  return difference == 0;
}

class inspector::server {
 public:
  server(const reflection& mirror, std::uint16_t port) : mirror_{mirror}, watch_{mirror} {
    http_.new_task_queue = [] { return new httplib::ThreadPool{threads}; };
    // Without SO_REUSEPORT, which is the library's default: a port that is taken is refused.
    http_.set_socket_options([](socket_t of) {
      const int on = 1;
      (void)::setsockopt(of, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    http_.set_pre_routing_handler([this](const Request& asked, Response& answer) {
      answer.set_header("Cache-Control", "no-store");
      if (is_allowed(asked)) return httplib::Server::HandlerResponse::Unhandled;
      answer.status = 403;
      answer.set_content("The URL needs the token that was printed with it.\n", "text/plain");
      return httplib::Server::HandlerResponse::Handled;
    });
    add_routes();
    if (port == 0) {
      port_ = http_.bind_to_any_port(loopback);
    } else if (http_.bind_to_port(loopback, port)) {
      port_ = port;
    }
    if (port_ <= 0)
      throw std::runtime_error{"the inspector cannot listen on port " + std::to_string(port) +
                               " of " + loopback + ": choose another, or 0 for any"};
    listening_ = std::thread{[this] { http_.listen_after_bind(); }};
    while (!http_.is_running()) std::this_thread::yield();  // before it, stop() would do nothing
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    watch_.end();
    http_.stop();
    listening_.join();
  }

  [[nodiscard]] std::string url() const {
    return std::string{"http://"} + loopback + ":" + std::to_string(port_) + "/?token=" + token_;
  }

 private:
  [[nodiscard]] bool is_allowed(const Request& asked) const {
    const std::string host = asked.get_header_value("Host");
    const std::string port = ":" + std::to_string(port_);
    return equal_in_constant_time(token_, asked.get_param_value("token")) &&
           (host == loopback + port || host == "localhost" + port);
  }

  void add_routes() {
    http_.Get("/", [](const Request&, Response& answer) {
      answer.set_header("Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src "
                        "'unsafe-inline'; connect-src 'self'");
      answer.set_header("Referrer-Policy", "no-referrer");
      answer.set_content(page(), "text/html; charset=utf-8");
    });
    http_.Get("/metrics", [this](const Request&, Response& answer) {
      answer.set_content(metrics_of(mirror_.look({.endpoints = false})),
                         "text/plain; version=0.0.4; charset=utf-8");
    });
    http_.Get("/view", [this](const Request&, Response& answer) { answer_view(answer); });
    http_.Get("/events", [this](const Request&, Response& answer) { stream_views(answer); });
    http_.Get("/process", with_pid([this](pid who, const Request&, Response& answer) {
                const json detail = detail_of(mirror_.look(), who);
                if (detail.is_null()) answer.status = 404;
                answer.set_content(text_of(detail), json_type);
              }));
    http_.Get("/follow", with_pid([this](pid who, const Request&, Response& answer) {
                stream_followed(who, answer);
              }));
    http_.Post("/kill", with_pid([this](pid who, const Request& asked, Response& answer) {
                 const std::string why = asked.get_param_value("reason");
                 const bool done = mirror_.kill(who, symbol{why.empty() ? "killed" : why});
                 if (!done) answer.status = 404;
                 answer.set_content(text_of(json{{"killed", done}}), json_type);
               }));
  }

  using for_process = std::function<void(pid, const Request&, Response&)>;
  /// A handler of requests that name a process.
  [[nodiscard]] static httplib::Server::Handler with_pid(for_process handler) {
    return [handler = std::move(handler)](const Request& asked, Response& answer) {
      if (const auto who = read_pid(asked.get_param_value("pid")))
        return handler(*who, asked, answer);
      answer.status = 400;
      answer.set_content("pid=VM:NUMBER is missing, the VM in hexadecimal\n", "text/plain");
    };
  }

  /// The next one: it has rates, so somebody has to look for a while.
  void answer_view(Response& answer) {
    watch::viewer looking{watch_};
    std::uint64_t last = 0;
    // The first may be from long ago, if nobody has looked since.
    for (int i = 0; i < 2; ++i) {
      const auto seen = looking.after(last);
      if (!seen) return;
      last = seen->number;
      answer.set_content(seen->text, json_type);
    }
  }

  /// One more stream; false: there are too many.
  class seat {
   public:
    explicit seat(std::atomic<unsigned>& taken) : taken_{taken}, number_{taken.fetch_add(1)} {}
    ~seat() { taken_.fetch_sub(1); }
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    [[nodiscard]] bool is_there() const noexcept { return number_ < most_streams; }

   private:
    std::atomic<unsigned>& taken_;
    unsigned number_;
  };

  static void refuse_stream(Response& answer) {
    answer.status = 503;
    answer.set_content("Too many look already.\n", "text/plain");
  }

  void stream_views(Response& answer) {
    const auto place = std::make_shared<seat>(streams_);
    if (!place->is_there()) return refuse_stream(answer);
    const auto looking = std::make_shared<watch::viewer>(watch_);
    answer.set_chunked_content_provider(
        "text/event-stream",
        [place, looking, last = std::uint64_t{0}](std::size_t, httplib::DataSink& sink) mutable {
          const auto seen = looking->after(last);
          if (!seen) return false;
          last = seen->number;
          const std::string text = event_of(seen->text);
          return sink.write(text.data(), text.size());
        });
  }

  /// While it lives that process is followed. Those who share it share its events.
  class following {
   public:
    following(server& of, pid who) : of_{of}, who_{who} {
      const std::scoped_lock held{of_.followed_lock_};
      if (of_.followed_.count(who_) == 0) of_.mirror_.follow(who_);
      of_.followed_.insert(who_);
    }
    ~following() {
      const std::scoped_lock held{of_.followed_lock_};
      of_.followed_.erase(of_.followed_.find(who_));
      if (of_.followed_.count(who_) == 0) of_.mirror_.unfollow(who_);
    }
    following(const following&) = delete;
    following& operator=(const following&) = delete;

   private:
    server& of_;
    pid who_;
  };

  void stream_followed(pid who, Response& answer) {
    const auto place = std::make_shared<seat>(streams_);
    if (!place->is_there()) return refuse_stream(answer);
    const auto followed = std::make_shared<following>(*this, who);
    answer.set_chunked_content_provider(
        "text/event-stream", [this, place, followed, who](std::size_t, httplib::DataSink& sink) {
          if (!watch_.sleep(follow_interval)) return false;
          const auto taken = mirror_.take_followed(who);
          json events = json::array();
          for (const followed_event& one : taken.events)
            events.push_back({{"at", std::chrono::duration_cast<std::chrono::milliseconds>(
                                         one.at.time_since_epoch())
                                         .count()},
                              {"what", one.what}});
          const std::string text =
              event_of(text_of(json{{"lost", taken.lost}, {"events", std::move(events)}}));
          return sink.write(text.data(), text.size());
        });
  }

  const reflection& mirror_;
  const std::string token_ = make_token();
  std::atomic<unsigned> streams_{0};
  std::mutex followed_lock_;
  std::multiset<pid> followed_;  // followed_lock_
  watch watch_;
  httplib::Server http_;
  int port_ = 0;
  std::thread listening_;
};

inspector::inspector(const reflection& mirror, std::uint16_t port)
    : inside_{std::make_unique<server>(mirror, port)} {}
inspector::~inspector() = default;

std::string inspector::url() const { return inside_->url(); }

}  // namespace souk::inspect
