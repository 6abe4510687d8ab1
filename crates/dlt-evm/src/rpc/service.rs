//! The embedded chain as a transport of the client library, so that own code talks to it as to any node.

use std::task::{Context, Poll};

use alloy::rpc::json_rpc::{
    ErrorPayload, RequestPacket, Response, ResponsePacket, ResponsePayload, SerializedRequest,
};
use alloy::transports::{TransportError, TransportFut};
use futures_util::future::join_all;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::{Access, Fault};
use crate::Embedded;

impl tower::Service<RequestPacket> for Embedded {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let chain = self.clone();
        Box::pin(async move {
            match request {
                RequestPacket::Single(call) => {
                    respond(&chain, call).await.map(ResponsePacket::Single)
                }
                RequestPacket::Batch(calls) => {
                    let answers =
                        join_all(calls.into_iter().map(|call| respond(&chain, call))).await;
                    answers
                        .into_iter()
                        .collect::<Result<_, _>>()
                        .map(ResponsePacket::Batch)
                }
            }
        })
    }
}

async fn respond(chain: &Embedded, call: SerializedRequest) -> Result<Response, TransportError> {
    let params = match call.params() {
        Some(params) => serde_json::from_str(params.get()).map_err(TransportError::ser_err)?,
        None => Value::Null,
    };
    let payload = match chain.answer(Access::Own, call.method(), params).await {
        Ok(result) => ResponsePayload::Success(raw(&result)?),
        Err(fault) => ResponsePayload::Failure(failure(fault)?),
    };
    Ok(Response {
        id: call.id().clone(),
        payload,
    })
}

fn failure(fault: Fault) -> Result<ErrorPayload, TransportError> {
    let data = fault.data.as_ref().map(raw).transpose()?;
    Ok(ErrorPayload {
        code: fault.code,
        message: fault.message.into(),
        data,
    })
}

fn raw(value: &impl serde::Serialize) -> Result<Box<RawValue>, TransportError> {
    to_raw_value(value).map_err(TransportError::ser_err)
}
