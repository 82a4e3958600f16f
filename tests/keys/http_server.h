// A small HTTP/1.1 server on loopback for tests of fetching: an ephemeral port, a thread for each connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace assay {

class HttpServer {
 public:
  // Answers the request for `path` by writing to `socket`; `answer` below helps. Runs on a thread of its own.
  using Handler = std::function<void(HttpServer& server, int socket, const std::string& path)>;

  explicit HttpServer(Handler handler) : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  int requests() const { return requests_; }
  bool stopping() const { return stopping_; }

  // False when the other side has gone.
  static bool write(int socket, const std::string& bytes) {
    return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  static void answer(int socket, const std::string& status, const std::string& headers, const std::string& body) {
    write(socket, "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
                      "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  // Waits until the client goes away or the server ends.
  void hang(int socket) const {
    char byte = 0;
    while (!stopping_) {
      const ssize_t got = ::recv(socket, &byte, 1, MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return;
      ::usleep(1000);
    }
  }

 private:
  void serve() {
    std::vector<std::thread> connections;
    while (!stopping_) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket >= 0) connections.emplace_back([this, socket] { serve_one(socket); });
    }
    for (std::thread& connection : connections) connection.join();
  }
  void serve_one(int socket) {
    std::string request;
    char block[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(socket, block, sizeof block, 0);
      if (got <= 0) break;
      request.append(block, static_cast<std::size_t>(got));
    }
    const std::size_t from = request.find(' '), to = request.find(' ', from + 1);
    if (to != std::string::npos) {
      ++requests_;
      handler_(*this, socket, request.substr(from + 1, to - from - 1));
    }
    ::close(socket);
  }

  Handler handler_;
  int listener_;
  int port_ = 0;
  std::atomic<int> requests_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace assay
