//! kube-rs' watcher as a judge: see ../../churn.py.
use futures::StreamExt;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind};
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use kube::runtime::{watcher, WatchStreamExt};
use kube::{Client, ResourceExt};
use serde_json::json;
use std::collections::BTreeMap;
use tokio::io::{AsyncBufReadExt, BufReader};

type Store = BTreeMap<String, String>;

/// The watcher tells no difference between an object added and one changed: what is known tells it.
fn put(store: &mut Store, object: &DynamicObject) {
    let (name, revision) = (object.name_any(), object.resource_version().unwrap_or_default());
    let kind = match store.insert(name.clone(), revision.clone()) {
        None => "ADDED",
        Some(old) if old == revision => return, // told again by a list after a break
        Some(_) => "MODIFIED",
    };
    let number = object.labels().get("n");
    println!("{}", json!({"type": kind, "name": name, "revision": revision, "n": number}));
}

fn listed(store: &mut Store, objects: Vec<DynamicObject>) {
    let names: Vec<String> = objects.iter().map(|object| object.name_any()).collect();
    let gone: Vec<String> = store.keys().filter(|name| !names.contains(name)).cloned().collect();
    for name in gone {
        let revision = store.remove(&name);
        println!("{}", json!({"type": "GUESSED", "name": name, "revision": revision}));
    }
    objects.iter().for_each(|object| put(store, object));
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [kubeconfig, group, version, plural, namespace] = &given[..] else {
        return Err("usage: informer KUBECONFIG GROUP VERSION PLURAL NAMESPACE".into());
    };
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(Kubeconfig::read_from(kubeconfig)?, &options).await?;
    let kind = GroupVersionKind::gvk(group, version, "Any");
    let resource = ApiResource::from_gvk_with_plural(&kind, plural);
    let api: Api<DynamicObject> = Api::namespaced_with(Client::try_from(config)?, namespace, &resource);

    let list = watcher::Config::default();
    let list = if std::env::var_os("STREAMING_LIST").is_some() { list.streaming_lists() } else { list };
    let mut events = watcher(api, list).default_backoff().boxed();
    let mut asked = BufReader::new(tokio::io::stdin()).lines();
    let (mut store, mut first, mut synced) = (Store::new(), Vec::new(), false);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Ok(watcher::Event::Init)) => first.clear(),
                Some(Ok(watcher::Event::InitApply(object))) => first.push(object),
                Some(Ok(watcher::Event::InitDone)) => {
                    listed(&mut store, std::mem::take(&mut first));
                    if !std::mem::replace(&mut synced, true) {
                        println!("{}", json!({"type": "SYNCED"}));
                    }
                }
                Some(Ok(watcher::Event::Apply(object))) => put(&mut store, &object),
                Some(Ok(watcher::Event::Delete(object))) => {
                    store.remove(&object.name_any());
                    let (name, revision) = (object.name_any(), object.resource_version());
                    println!("{}", json!({"type": "DELETED", "name": name, "revision": revision}));
                }
                Some(Err(error)) => eprintln!("{error}"), // the watcher goes on by itself
                None => return Err("the watcher ended".into()),
            },
            line = asked.next_line() => match line? {
                Some(_) => println!("{}", json!({"type": "STORE", "store": store})),
                None => return Ok(()),
            },
        }
    }
}
