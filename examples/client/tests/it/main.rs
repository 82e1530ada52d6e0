//! The compiled client against a server of ours, one of Laravel's, and such as mean no good.

mod hostile;
mod laravel;
mod report;
mod retries;
mod run;
mod secret;
mod server;
mod site;
mod table;
mod walk;
