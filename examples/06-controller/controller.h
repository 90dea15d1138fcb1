// A controller in the server's own process: it sees to it that every order has its loaves.
#pragma once

#include <mutex>
#include <stop_token>
#include <string>

#include "kinds.h"

namespace bakery {

/// Works in tasks of the server that it is added to, which own it.
class Controller {
 public:
  static void add_to(annex::Server& server);
  explicit Controller(annex::Server& server);

 private:
  void follow_orders(const std::stop_token& stop);
  void follow_loaves(const std::stop_token& stop);
  /// Brings the world a step nearer to what the order wants, whatever has happened to it.
  void reconcile(const std::string& name_space, const std::string& name);
  annex::Result<void> reconcile_once(const Order& order);

  annex::Client<Order> orders_;
  annex::Client<Loaf> loaves_;
  annex::Lister<Loaf> baked_;
  std::mutex mutex_;  ///< one order at a time
};

/// Describes the kinds of the example.
void add_kinds(annex::Server& server);

}  // namespace bakery
